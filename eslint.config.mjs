import js from "@eslint/js";
import tseslint from "typescript-eslint";

// What the dashboard's page uses of a browser.
const browser = [
  ...["document", "window", "matchMedia", "getComputedStyle", "fetch", "ResizeObserver"],
  ...["EventSource", "AbortController", "TextDecoderStream"],
];

export default tseslint.config(
  { ignores: ["dist/", ".rcluster/", "images/", "node_modules/"] },
  js.configs.recommended,
  {
    files: ["cli/ui/page/*.js"],
    languageOptions: { globals: Object.fromEntries(browser.map((name) => [name, "readonly"])) },
  },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: "tsconfig.check.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // @kubernetes/client-node declares plain data as classes.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-misused-spread": "off",
    },
  },
);
