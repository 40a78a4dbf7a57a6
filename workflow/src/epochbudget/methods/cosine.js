function schedule({ lr, infimum_lr }, budget) {
  checkInfimum(infimum_lr, lr);
  return (epoch) => cosine(lr, infimum_lr, epoch / budget);
}
