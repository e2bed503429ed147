/* Formulas in titles and names, $\alpha_{1c}$, as letters that plotly.js can write: a library for them weighs more than
   the whole page. What is not known stays as it was written. */
(function (tb) {
  "use strict";
  const GREEK = "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω";
  const SIGNS = "pm ± mp ∓ times × cdot · div ÷ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ sim ~ propto ∝ infty ∞ partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ rightarrow → to → leftarrow ← in ∈ forall ∀ exists ∃ ell ℓ hbar ℏ degree ° circ ° ldots … dots … log log ln ln exp exp sin sin cos cos tan tan max max min min quad  ";
  const words = `${GREEK} ${SIGNS}`.split(" ");
  const LETTERS = new Map();
  for (let i = 0; i + 1 < words.length; i += 2) LETTERS.set(words[i], words[i + 1]);
  const GROUP = "\\{((?:[^{}]|\\{[^{}]*\\})*)\\}"; // what braces hold, one more pair within
  const STEPS = [
    [new RegExp(`([_^])\\s*\\\\(?:text|mathrm|mathbf|mathit|operatorname|rm|textrm)\\s*${GROUP}`, "g"), "$1{$2}"],
    [new RegExp(`\\\\(?:text|mathrm|mathbf|mathit|operatorname|rm|textrm)\\s*${GROUP}`, "g"), "$1"],
    [new RegExp(`\\\\frac\\s*${GROUP}\\s*${GROUP}`, "g"), "($1)/($2)"],
    [new RegExp(`\\\\sqrt\\s*${GROUP}`, "g"), "√($1)"],
    [new RegExp(`\\^\\s*${GROUP}`, "g"), "<sup>$1</sup>"],
    [new RegExp(`_\\s*${GROUP}`, "g"), "<sub>$1</sub>"],
    [/\\(?:left|right|,|;|!|:)(?![A-Za-z])/g, ""],
    [/\\([A-Za-z]+)/g, (whole, name) => LETTERS.get(name) ?? whole],
    [/\^([^\s{<])/g, "<sup>$1</sup>"],
    [/_([^\s{<])/g, "<sub>$1</sub>"],
    [/[{}]/g, ""],
  ];

  function formula(text) {
    let written = text;
    for (let round = 0; round < 3; round++) for (const [pattern, by] of STEPS.slice(0, 6)) written = written.replace(pattern, by);
    for (const [pattern, by] of STEPS.slice(6)) written = written.replace(pattern, by);
    return written;
  }

  /** A text with its formulas written out; every other text as it is. */
  tb.latex = (text) => (typeof text === "string" && text.includes("$") ? text.replace(/\$([^$]+)\$/g, (whole, inside) => (/[\\^_]/.test(inside) ? formula(inside) : whole)) : text);

  /** Without the marks that plotly.js knows, for places that show plain text. */
  tb.plainTitle = (text) => {
    const written = tb.latex(text || "").replace(/<br\s*\/?>/gi, " · ");
    return /<\/?(b|i|em|strong|sub|sup|span|a)\b/i.test(written) ? written.replace(/<\/?(b|i|em|strong|sub|sup|span|a)\b[^>]*>/gi, "") : written;
  };
})(window.tailboard);
