function schedule({ lr, gamma, step_size }, budget) {
  step_size ??= Math.max(1, Math.floor(budget / 3));
  return (epoch) => lr * gamma ** Math.floor(epoch / step_size);
}
