"use strict";
// A plain filter over what is printed; without this script the whole list stands.
(() => {
  const form = document.querySelector(".filter");
  if (!form) return;
  const input = document.getElementById("filter");
  const choices = [...form.querySelectorAll("select")];
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
      const chosen = choices.every(({ value, dataset }) => value === "" || element.dataset[dataset.by] === value);
      element.hidden = !(chosen && wanted.every((word) => words.includes(word)));
      shown += element.hidden ? 0 : 1;
    }
    for (const section of document.querySelectorAll(".runs")) {
      section.hidden = !section.querySelector(".run:not([hidden])");
    }
    count.textContent = count.dataset.text.replace("#", shown);
    nothing.hidden = shown > 0;
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", apply);
  choices.forEach((choice) => choice.addEventListener("change", apply));
  apply();
})();
