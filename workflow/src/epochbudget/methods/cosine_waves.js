// As in cosine_waves.py.
const HALF_WAVES = 3;

function schedule({ lr, infimum_lr, T_max }, budget) {
  checkInfimum(infimum_lr, lr);
  const length = T_max ?? Math.ceil(budget / HALF_WAVES);
  return (epoch) => {
    // Within the first wave, where the cosine of a multiple of pi has no rounding to add.
    const place = epoch % (2 * length);
    return cosine(lr, infimum_lr, Math.min(place, 2 * length - place) / length);
  };
}
