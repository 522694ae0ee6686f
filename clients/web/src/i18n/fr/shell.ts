/** Around every screen: head, navigation, states of an act. */
export const shell = {
  shell: {
    navigation: "Navigation principale",
    signOut: "Se déconnecter",
    person: "Personne accompagnée",
    unknownTitle: "Cette page n’existe pas",
    unknownBody: "Le lien est ancien, ou il lui manque un morceau.",
    toStart: "Revenir à l’accueil",
    close: "Fermer",
    confidential: "Document confidentiel",
    offline: "Pas de réseau : ce que vous écrivez est gardé ici et partira au retour du réseau.",
    step: (now: number, all: number) => `Étape ${now} sur ${all}`,
  },
  act: {
    sending: "Envoi en cours…",
    sent: "Envoyé",
    logged: "Enregistré, inscrit au journal",
    failed: "Cela n’est pas parti",
  },
  nav: {
    mine: "Mon dossier",
    home: "Accueil",
    device: "Mon appareil",
    capacity: "J’exerce comme…",
  },
  capacity: {
    title: "J’exerce comme…",
    body: "Vos droits suivent la fonction que vous exercez. Choisissez celle d’aujourd’hui.",
    none: "Aucune fonction n’est encore attestée sur cet appareil. Le gestionnaire des habilitations de votre structure atteste ce que vous exercez ; vous vous identifiez chez lui une fois.",
    ask: "Faire attester ma fonction",
    act: (what: string) => `Exercer comme ${what}`,
    current: "en ce moment",
    where: "Structure",
    until: "Attesté jusqu’au",
    choose: "Exercer ainsi",
    noRegistrar: "Cette plateforme ne nomme aucun gestionnaire des habilitations. Demandez à votre structure.",
  },
} as const;
