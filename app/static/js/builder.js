/* What the builder's page has beyond the others: the canvas, its menus, and forms that save themselves. */
import "./canvas.js";
import "./canvas-changes.js";
import "./add-menu.js";
import "./check-panel.js";
import "./filter-list.js";
import "./insert-variables.js";
import "./rich-text.js";
import "./run-player.js";
import "./step-finder.js";
import "./step-form.js";
