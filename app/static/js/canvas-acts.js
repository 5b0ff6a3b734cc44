/* What is done with steps, one or several that follow each other: each is one request, answered like any edit. */
const WORLD = { target: "#world", swap: "outerMorph" };

const idOf = (step) => step.id.slice(step.id.indexOf("-") + 1);
const sequenceOf = (step) => step.dataset.href.replace(/\/(steps\/[^/]+|trigger)$/, "");
const addressOf = (steps) => `${sequenceOf(steps[0])}/steps/${steps.map(idOf).join(",")}`;
const post = (address, values = {}, how = WORLD) => htmx.ajax("POST", address, { ...how, values });
const ask = (address) => htmx.ajax("GET", address, { target: "#modal" });

export const acts = {
  place: (steps) => ask(`${addressOf(steps)}/place`),
  move: (steps, spot) => post(`${addressOf(steps)}/place`, { spot }),
  duplicate: (steps) => post(`${addressOf(steps)}/copy`),
  copy: (steps) => post(`${addressOf(steps)}/clipboard`, {}, { target: "#copied", swap: "outerHTML" }),
  cut: (steps) => post(`${addressOf(steps)}/clipboard`, { cut: 1 }),
  on: (steps) => post(`${addressOf(steps)}/switch`, { enabled: 1 }),
  off: (steps) => post(`${addressOf(steps)}/switch`),
  // What becomes of its branches is asked of one fork; of several steps all goes, and one undo brings it back.
  delete: (steps) => (steps.length > 1 ? post(`${addressOf(steps)}/deletion`) : ask(steps[0].dataset.remove)),
  paste: ([step]) => post(`${sequenceOf(step)}/clipboard`, { spot: step.dataset.k === "trigger" ? "top" : `after:${idOf(step)}` }),
};
