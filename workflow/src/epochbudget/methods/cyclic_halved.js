function schedule({ lr, infimum_lr, step_size_up }, budget, stepsPerEpoch) {
  checkInfimum(infimum_lr, lr);
  const period = 2 * (step_size_up ?? Math.max(1, Math.floor((budget * stepsPerEpoch) / 8)));
  return (step) => {
    // In torch's order, whose rounding shows where the rate is near infimum_lr.
    const cycle = Math.floor(1 + step / period);
    const place = 1 + step / period - cycle;
    const height = (lr - infimum_lr) * (place <= 0.5 ? 2 * place : 2 * (1 - place));
    return infimum_lr + height / 2 ** (cycle - 1);
  };
}
