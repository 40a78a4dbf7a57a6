function schedule({ lr, first, second, gamma }, budget) {
  const milestones = [first, second].map((share) => Math.floor(share * budget + 0.5));
  return (epoch) => lr * gamma ** milestones.filter((milestone) => milestone <= epoch).length;
}
