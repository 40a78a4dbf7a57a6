function schedule({ lr }, budget) {
  return (epoch) => (lr * (budget - epoch)) / (budget - epoch / 2);
}
