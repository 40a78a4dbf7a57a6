function schedule({ lr, warmup_epochs = 1 }, budget, stepsPerEpoch) {
  const steps = Math.max(1, warmup_epochs * stepsPerEpoch);
  return (step) => lr * Math.min(1, (step + 1) / steps);
}
