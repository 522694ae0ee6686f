import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Who may import whom: arrows point from the screens to the client, from the client to the protocol. */
function forbid(files, patterns, message) {
  return { files, rules: { "no-restricted-imports": ["error", { patterns: [{ group: patterns, message }] }] } };
}

export default defineConfig([
  { ignores: ["dist/", "node_modules/", "src/api/schema.ts"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "max-lines": ["error", { max: 400, skipBlankLines: false, skipComments: false }],
      "no-console": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='style']",
          message: "The content security policy refuses inline styles: use a class.",
        },
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Text is text: no markup from data." },
        { selector: "MemberExpression[property.name=/^(inner|outer)HTML$/]", message: "Trusted Types refuse it: build nodes." },
      ],
      "no-restricted-globals": ["error", "localStorage", "sessionStorage"],
      eqeqeq: "error",
    },
  },
  { files: ["*.js"], extends: [tseslint.configs.disableTypeChecked] },
  forbid(
    ["src/protocol/**"],
    ["preact", "preact/*", "**/api/**", "**/client/**", "**/features/**", "**/ui/**", "**/i18n/**", "node:*"],
    "The protocol imports itself and the libraries of cryptography, nothing else.",
  ),
  forbid(
    ["src/client/**", "src/api/**"],
    ["preact", "preact/*", "**/features/**", "**/ui/**", "node:*"],
    "The client knows no screen: screens call it.",
  ),
  forbid(["src/ui/**"], ["**/features/**", "**/client/**", "**/api/**"], "Parts of screens know neither data nor features."),
]);
