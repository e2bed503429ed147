/* How a mesh is drawn: surface, edges or points, with its box; the controls for that; and the parts of a mesh that
   TensorBoard writes as tags of their own. */
(function (tb) {
  "use strict";
  const { make } = tb;
  const FORMS = [["auto", "as logged"], ["surface", "surface"], ["edges", "edges"], ["points", "points"]];
  const POINTS_PX = [1, 2, 3, 4, 6, 8, 12];
  const CORNERS = [[0, 1], [0, 2], [0, 4], [1, 3], [1, 5], [2, 3], [2, 6], [3, 7], [4, 5], [4, 6], [5, 7], [6, 7]];
  const PART = /_(VERTEX|FACE|COLOR)$/;

  /**
   * Draw `mesh` as `look` says: colours of the theme, and `form`, `point` and `box` as the view has them. Lengths in pixels are times `by`.
   * Returns the names of the axes with their places in pixels.
   */
  function draw(raster, mesh, camera, box, look, by) {
    raster.clear();
    const { project, packed } = tb.raster;
    const points = project(mesh.values, camera, box, raster.width, raster.height);
    const base = channelsOf(look.run);
    const form = look.form === "auto" || !mesh.faces ? (mesh.faces ? "surface" : "points") : look.form;
    if (form === "surface") drawFaces(raster, mesh, points, base);
    else if (form === "edges") drawEdges(raster, mesh, points, base);
    else raster.dots(points, look.point * by, (i) => colourAt(mesh, i, base));
    return look.box ? drawBox(raster, box, camera, packed(...channelsOf(look.quiet))) : [];
  }

  const scratch = make("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const known = new Map(); // colour -> red, green and blue
  function channelsOf(colour) {
    if (!known.has(colour)) {
      scratch.fillStyle = colour;
      scratch.fillRect(0, 0, 1, 1);
      known.set(colour, [...scratch.getImageData(0, 0, 1, 1).data.slice(0, 3)]);
    }
    return known.get(colour);
  }

  function colourAt({ colours }, i, base) {
    return colours ? tb.raster.packed(colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]) : tb.raster.packed(...base);
  }

  /* A face that names a vertex which is not there is left out. */
  function eachFace({ faces, values }, each) {
    const count = values.length / 3;
    for (let i = 0; i + 2 < faces.length; i += 3) {
      const a = faces[i];
      const b = faces[i + 1];
      const c = faces[i + 2];
      if (a >= 0 && b >= 0 && c >= 0 && a < count && b < count && c < count) each(a, b, c);
    }
  }

  function drawFaces(raster, mesh, points, base) {
    const { colours } = mesh;
    eachFace(mesh, (a, b, c) => {
      const light = tb.raster.lightOn(points.view, a, b, c);
      const shade = (i) => (colours ? (colours[3 * a + i] + colours[3 * b + i] + colours[3 * c + i]) / 3 : base[i]) * light;
      raster.triangle(points, a, b, c, tb.raster.packed(shade(0), shade(1), shade(2)));
    });
  }

  function drawEdges(raster, mesh, points, base) {
    eachFace(mesh, (a, b, c) => {
      raster.line(points, a, b, colourAt(mesh, a, base));
      raster.line(points, b, c, colourAt(mesh, b, base));
      raster.line(points, c, a, colourAt(mesh, c, base));
    });
  }

  function drawBox(raster, { low, high, middle, radius }, camera, colour) {
    const corners = Float32Array.from({ length: 24 }, (_, i) => ((Math.floor(i / 3) >> i % 3) & 1 ? high : low)[i % 3]);
    const points = tb.raster.project(corners, camera, { middle, radius }, raster.width, raster.height);
    for (const [from, to] of CORNERS) raster.line(points, from, to, colour);
    return [1, 2, 4].map((corner, axis) => ({ text: "xyz"[axis], x: points.x[corner], y: points.y[corner] }));
  }

  /** Controls in a section's head. */
  function tools({ tag }) {
    const form = make("select", { class: "select", "aria-label": "How meshes are drawn" }, ...FORMS.map(([value, text]) => make("option", { value, text })));
    const size = make("select", { class: "select", "aria-label": "Size of points", title: "Size of points" }, ...POINTS_PX.map((px) => make("option", { value: px, text: `${px} px` })));
    const box = make("button", { class: "toggle", type: "button", "data-act": "toggle", "data-field": "mesh_box", text: "box", title: "Show the box around all meshes of this tag, and the axes" });
    const up = make("button", { class: "button", type: "button", title: "Which axis points up" });
    const fit = make("button", { class: "button", type: "button", text: "fit", title: "Look at all of it again (0, double click)" });
    form.addEventListener("change", () => tb.view.set({ mesh_form: form.value }));
    size.addEventListener("change", () => tb.view.set({ mesh_point: Number(size.value) }));
    up.addEventListener("click", () => tb.cameras.set(tag, { up: tb.cameras.of(tag).up === "z" ? "y" : "z" }));
    fit.addEventListener("click", () => tb.cameras.reset(tag));
    return {
      element: make("span", { class: "row section-tools" }, form, size, box, up, fit),
      show() {
        const view = tb.view.get();
        form.value = view.mesh_form;
        size.value = String(view.mesh_point);
        box.setAttribute("aria-pressed", String(view.mesh_box));
        up.textContent = `up: ${tb.cameras.of(tag).up}`;
      },
    };
  }

  /** Entries of tags, with faces and colours left out where the vertices that they belong to are there. */
  function meshTags(entries) {
    const whole = new Set(entries.filter(({ kind, tag }) => kind === "mesh" && tag.endsWith("_VERTEX")).map(({ tag }) => tag.replace(PART, "")));
    const isPart = ({ kind, tag }) => kind === "mesh" && PART.test(tag) && whole.has(tag.replace(PART, ""));
    return entries.filter((entry) => !isPart(entry) || entry.tag.endsWith("_VERTEX")).map((entry) => (isPart(entry) ? { ...entry, title: entry.tag.replace(PART, "") } : entry));
  }

  tb.drawMesh = draw;
  tb.meshTools = tools;
  tb.meshTags = meshTags;
})(window.tailboard);
