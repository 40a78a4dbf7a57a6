// As in warm_restarts.py.
const PARTS = 7;

function schedule({ lr, infimum_lr, T_0, T_mult }, budget) {
  checkInfimum(infimum_lr, lr);
  return (epoch) => {
    let place = epoch;
    let length = T_0 ?? Math.ceil(budget / PARTS);
    while (place >= length) {
      place -= length;
      length *= T_mult;
    }
    return cosine(lr, infimum_lr, place / length);
  };
}
