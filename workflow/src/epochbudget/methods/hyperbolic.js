function schedule({ lr, infimum_lr, upper_bound }, budget) {
  return hyperbolic({ lr, infimum_lr, upper_bound, budget });
}
