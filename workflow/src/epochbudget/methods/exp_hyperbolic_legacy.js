// The extra step of the optimizer moves the weights, not the rate.
function schedule({ lr, infimum_lr, upper_bound }, budget) {
  return expHyperbolic({ lr, infimum_lr, upper_bound, budget });
}
