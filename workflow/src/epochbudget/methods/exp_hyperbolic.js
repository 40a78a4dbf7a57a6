function schedule({ lr, infimum_lr, upper_bound }, budget) {
  return expHyperbolic({ lr, infimum_lr, upper_bound, budget });
}
