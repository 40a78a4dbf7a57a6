// The defaults of torch's OneCycleLR.
const DIV_FACTOR = 25;
const FINAL_DIV_FACTOR = 1e4;

function schedule({ lr, pct_start }, budget, stepsPerEpoch) {
  const total = budget * stepsPerEpoch;
  if (pct_start * total === 1) {
    throw new UserError(
      `pct_start is ${repr(pct_start)}, which is exactly one of ${total} steps`,
      "OneCycleLR needs another pct_start or more steps",
    );
  }
  const first = lr / DIV_FACTOR;
  const peak = pct_start * total - 1;
  return (step) =>
    step <= peak
      ? cosine(first, lr, step / peak)
      : cosine(lr, first / FINAL_DIV_FACTOR, (step - peak) / (total - 1 - peak));
}
