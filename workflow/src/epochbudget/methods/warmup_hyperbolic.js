function schedule({ lr, infimum_lr, upper_bound, warmup_epochs, ramp_from_start }, budget) {
  const warmup = warmup_epochs ?? defaultWarmup(budget);
  return hyperbolic({ lr, infimum_lr, upper_bound, budget, warmup, rampFromStart: ramp_from_start });
}
