// Wide tables scroll; so that the keyboard can scroll them too, they can be focused.
document$.subscribe(() => requestAnimationFrame(() => {
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap")) table.tabIndex = 0;
}));
