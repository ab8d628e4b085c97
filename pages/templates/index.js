"use strict";
// Filters the rows of a table by words and by one listed value. What is asked stands in the address, so that it can be kept or sent.
(() => {
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const asked = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  for (const form of document.querySelectorAll("form[data-table]")) {
    const table = document.getElementById(form.dataset.table);
    const rows = [...table.tBodies[0].rows].map((row) => [row, plain(row.textContent), row.dataset.valeur]);
    const [words, value] = [form.elements.mots, form.elements.valeur];
    const told = form.querySelector("output");
    const keys = [words, value].map((field) => `${table.id}-${field.name}`);
    const show = () => {
      const wanted = plain(words.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [row, text, own] of rows) {
        row.hidden = !(wanted.every((word) => text.includes(word)) && (!value.value || value.value === own));
        shown += row.hidden ? 0 : 1;
      }
      told.textContent = `${shown} ${shown > 1 ? form.dataset.plusieurs : form.dataset.un} sur ${rows.length}`;
    };
    const keep = () => {
      const all = asked();
      [words, value].forEach((field, rank) => (field.value ? all.set(keys[rank], field.value) : all.delete(keys[rank])));
      history.replaceState(null, "", `#${all.toString() || table.id}`);
    };
    const recall = () => {
      const all = asked();
      words.value = all.get(keys[0]) || "";
      value.value = all.get(keys[1]) || "";
      show();
    };
    const clear = () => { words.value = value.value = ""; show(); };
    form.addEventListener("input", () => { show(); keep(); });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => { event.preventDefault(); clear(); keep(); words.focus(); });
    addEventListener("hashchange", () => {
      const target = location.hash.includes("=") ? null : document.getElementById(location.hash.slice(1));
      if (!target) recall();
      else if (target.hidden && table.contains(target)) { clear(); target.scrollIntoView(); }
    });
    form.hidden = false;
    recall();
  }
})();
