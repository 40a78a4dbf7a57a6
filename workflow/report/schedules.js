"use strict";
// What the methods' own .js files share, and how their hyperparameters are read. The forms follow
// torch's schedulers and epochbudget.schedules; the tests hold every rate equal to theirs.

// A reader's mistake; `field` is the field of the form that alone is to blame, if one is.
class UserError extends Error {
  constructor(message, hint, field = null) {
    super(`${message}. Hint: ${hint}`);
    this.field = field;
  }
}

// A number as Python writes it, but for the ".0" of a float that is whole.
function repr(value) {
  const [digits, exponent] = value.toExponential().split("e");
  if (value === 0 || !(exponent < -4 || exponent >= 16)) return String(value);
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

// The value of a text, as epochbudget.settings.parse_number takes it; undefined if it is none.
function parseNumber(text) {
  if (text === "true" || text === "false") return text === "true";
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^[+-]?inf(inity)?$/i.test(text)) return text[0] === "-" ? -Infinity : Infinity;
  return /^[+-]?nan$/i.test(text) ? NaN : undefined;
}

// The value of a field, if the setting allows it; see epochbudget.explorer for `setting`.
function checked(name, text, setting) {
  const value = parseNumber(text);
  if (value === undefined) {
    throw new UserError(`${name} is '${text}'`, "it takes a number (or true or false)", name);
  }
  const isBoolean = typeof value === "boolean";
  const whole = setting.kind !== "int" || /^[+-]?\d+$/.test(text);
  const inside =
    isBoolean || (value >= (setting.low ?? -Infinity) && value <= (setting.high ?? Infinity));
  if (isBoolean !== (setting.kind === "bool") || !whole || !inside) {
    throw new UserError(`${name} is ${text}`, `it takes ${setting.allowed}`, name);
  }
  return value;
}

function checkInfimum(infimum, lr) {
  if (infimum >= lr) {
    throw new UserError(
      `infimum_lr is ${repr(infimum)}, lr ${repr(lr)}`,
      "give an infimum_lr below the learning rate",
    );
  }
}

// Half a cosine wave from `start` (share 0) to `end` (share 1).
function cosine(start, end, share) {
  return end + ((start - end) / 2) * (1 + Math.cos(Math.PI * share));
}

function defaultWarmup(budget) {
  return Math.min(Math.max(1, Math.floor(budget / 10)), budget - 1);
}

// As in methods/ramp.py and methods/cooldown.py.
function ramp(epoch, warmup) {
  return Math.min(1, (epoch + 1) / Math.max(1, warmup));
}

function cooldownProgress(epoch, budget, share) {
  const start = budget - Math.max(1, Math.floor(share * budget + 0.5));
  return Math.max(0, epoch - start) / (budget - start);
}

function hyperbola(epoch, budget, upperBound) {
  return Math.sqrt(((budget - epoch) / upperBound) * (2 - (budget + epoch) / upperBound));
}

function checkHyperbola(lr, infimum, upperBound, budget, warmup) {
  if (upperBound < budget) {
    throw new UserError(
      `upper_bound is ${repr(upperBound)}, below the budget of ${budget} epochs`,
      `give an upper_bound of at least ${budget}`,
    );
  }
  if (warmup >= budget) {
    throw new UserError(
      `warmup_epochs is ${warmup}, the budget ${budget} epochs`,
      "the warm-up takes at least 0 epochs and must end before the budget does",
    );
  }
  if (infimum >= lr) {
    throw new UserError(
      `infimum_lr is ${repr(infimum)}, the learning rate ${repr(lr)}`,
      "infimum_lr must not be negative and must lie below the learning rate",
    );
  }
}

// `decayed` gives the rate from the hyperbola's change since the start, as HyperbolaSchedule's does.
function alongHyperbola(hyperparameters, decayed) {
  const { lr, infimum_lr, upper_bound, budget, warmup = 0, rampFromStart = false } = hyperparameters;
  checkHyperbola(lr, infimum_lr, upper_bound, budget, warmup);
  const length = budget - warmup;
  const start = hyperbola(0, length, upper_bound);
  return (epoch) => {
    if (epoch < warmup && (epoch > 0 || rampFromStart)) {
      return infimum_lr + ((lr - infimum_lr) * epoch) / warmup;
    }
    return decayed(hyperbola(Math.max(epoch - warmup, 0), length, upper_bound) - start);
  };
}

function hyperbolic(hyperparameters) {
  const { lr, infimum_lr } = hyperparameters;
  return alongHyperbola(hyperparameters, (change) => lr + (lr - infimum_lr) * change);
}

function expHyperbolic(hyperparameters) {
  const { lr, infimum_lr } = hyperparameters;
  if (infimum_lr <= 0) {
    throw new UserError(
      `infimum_lr is ${repr(infimum_lr)}`,
      "ExpHyperbolicLR divides by it, so it must be positive",
    );
  }
  return alongHyperbola(hyperparameters, (change) => lr * (lr / infimum_lr) ** change);
}

// A method's hyperparameters from the texts of the form; where there is none, its default.
function hyperparametersOf(method, texts) {
  const found = { ...method.defaults };
  for (const [name, setting] of Object.entries(method.settings)) {
    if (texts[name]) found[name] = checked(name, texts[name], setting);
    else if (setting.required) {
      throw new UserError(`${name} is missing, and ${method.code} needs it`, "0.01, say", name);
    }
  }
  return found;
}

// step -> the rate that a method uses in that optimizer step, from 0.
function rates(method, hyperparameters, budget, stepsPerEpoch) {
  const at = FORMS[method.code](hyperparameters, budget, stepsPerEpoch);
  return method.per_batch ? at : (step) => at(Math.floor(step / stepsPerEpoch));
}
