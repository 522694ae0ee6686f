/** What is said when the words themselves did not come, in both languages at once: nobody could choose. */
export const WORDLESS =
  "Cette page n’a pas pu être chargée en entier. Vérifiez le réseau, puis rechargez-la. — This page could not be loaded whole. Check the network, then reload it.";
