"use strict";
// What a mark says, at the foot of the page: for fingers and keys, which have no pointer to rest on it.
{
  const said = document.getElementById("said");
  const say = (mark) => {
    said.hidden = mark === null;
    if (mark !== null) said.textContent = mark.getAttribute("aria-label");
  };
  document.addEventListener("focusin", (event) => say(event.target.closest("button.mark")));
  document.addEventListener("click", (event) => say(event.target.closest("button.mark")));
  document.addEventListener("keydown", (event) => event.key === "Escape" && say(null));
}
