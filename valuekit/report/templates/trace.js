"use strict";
// A headline figure opens its trace; Escape or the button leads back to the figure. Without this script they are <details>.
(() => {
  let from = null;

  const open = (panel) => {
    panel.closest("details").open = true;
    panel.scrollIntoView({ block: "start" });
    panel.focus({ preventScroll: true });
  };

  const close = (panel) => {
    panel.closest("details").open = false;
    (from ?? panel.closest("details").querySelector("summary")).focus();
    from = null;
  };

  document.querySelectorAll(".card a[href^='#trace-']").forEach((link) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      from = link;
      open(document.querySelector(link.getAttribute("href")));
    });
  });
  document.querySelectorAll(".panel").forEach((panel) => {
    const button = panel.querySelector(".close");
    button.hidden = false;
    button.addEventListener("click", () => close(panel));
    panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(panel); });
  });
  const asked = /^#trace-\d+$/.test(location.hash) ? document.querySelector(location.hash) : null;
  if (asked) open(asked);
})();
