// As in warmup_cosine.py.
const START_FACTOR = 0.01;

function schedule({ lr, infimum_lr, warmup_epochs }, budget) {
  const warmup = warmup_epochs ?? defaultWarmup(budget);
  if (warmup >= budget) {
    throw new UserError(
      `warmup_epochs is ${warmup}, the budget ${budget} epochs`,
      "the warm-up must end before the budget does",
    );
  }
  checkInfimum(infimum_lr, lr);
  return (epoch) =>
    epoch < warmup
      ? lr * (START_FACTOR + ((1 - START_FACTOR) * epoch) / warmup)
      : cosine(lr, infimum_lr, (epoch - warmup) / (budget - warmup));
}
