/**
 * `false` in the production build, where everything behind it is left out: checks whose only
 * purpose is to say what's wrong with an option. `true` in every other build, and unbuilt.
 */
export const CHECKED = true as boolean;
