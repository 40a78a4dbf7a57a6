function schedule({ lr, warmup_epochs, cooldown_share }, budget) {
  return (epoch) => {
    const p = cooldownProgress(epoch, budget, cooldown_share);
    return lr * (ramp(epoch, warmup_epochs) * (1 - p));
  };
}
