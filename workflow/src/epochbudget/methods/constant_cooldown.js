function schedule({ lr, cooldown_share }, budget) {
  return (epoch) => lr * (1 - cooldownProgress(epoch, budget, cooldown_share));
}
