// Turns a static copy that nobody updates any more loudly stale. The page says the same without it.
"use strict";
(function () {
	var note = document.querySelector("aside.copy");
	function look() {
		if (!note || note.classList.contains("stale") || !(Date.now() > Date.parse(note.dataset.due)))
			return;
		var said = document.createElement("p");
		said.setAttribute("role", "alert");
		said.textContent = "THIS COPY IS OLD: nobody has updated it since the time below. What it says may no longer be true.";
		note.insertBefore(said, note.firstChild);
		note.classList.add("stale");
	}
	look();
	setInterval(look, 15000);
})();
