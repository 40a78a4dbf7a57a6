function schedule({ lr, power }, budget) {
  return (epoch) => lr * (1 - epoch / budget) ** power;
}
