// Doesn't use defineNuxtConfig, which only Nuxt knows.
export default { compatibilityDate: '2026-01-01', telemetry: false, devtools: { enabled: false } };
