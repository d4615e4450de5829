"use strict";
// A plain filter over what is printed; without this script the whole list stands.
(() => {
  const input = document.getElementById("filter");
  if (!input) return;
  const count = document.getElementById("count");
  const nothing = document.getElementById("nothing");
  const runs = [...document.querySelectorAll(".run")].map((element) => ({
    element,
    words: `${element.closest("section").querySelector("h2").textContent} ${element.textContent}`.toLowerCase(),
  }));

  const apply = () => {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { element, words } of runs) {
      element.hidden = !wanted.every((word) => words.includes(word));
      shown += element.hidden ? 0 : 1;
    }
    for (const section of document.querySelectorAll(".runs")) {
      section.hidden = !section.querySelector(".run:not([hidden])");
    }
    count.textContent = count.dataset.text.replace("#", shown);
    nothing.hidden = shown > 0;
  };

  input.closest("p").hidden = false;
  input.addEventListener("input", apply);
  apply();
})();
