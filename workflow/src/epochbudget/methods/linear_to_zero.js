function schedule({ lr }, budget) {
  return (epoch) => lr * (1 - epoch / budget);
}
