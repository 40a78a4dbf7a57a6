function schedule({ lr, warmup_epochs, cooldown_share }, budget) {
  const warmup = Math.max(1, warmup_epochs);
  return (epoch) => {
    const p = cooldownProgress(epoch, budget, cooldown_share);
    return lr * (Math.min(ramp(epoch, warmup), Math.sqrt(warmup / (epoch + 1))) * (1 - p));
  };
}
