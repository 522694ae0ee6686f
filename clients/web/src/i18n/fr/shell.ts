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
  alarms: {
    another: (issuer: string, account: string) =>
      `Un autre compte a été créé à votre nom chez ${issuer} (${account}). Si ce n’est pas vous, prévenez vos collègues et le gestionnaire des habilitations.`,
    somewhere: "un fournisseur d’identité",
    logLost: (held: number, seen: number) =>
      `La plateforme a été rétablie depuis une sauvegarde : son journal s’arrête à ${held} inscriptions, cet appareil en avait vu ${seen}. Ce qu’elle avait confirmé ensuite est perdu. La preuve est gardée ; prévenez le gestionnaire des habilitations.`,
    actsLost:
      "Des actes vérifiés sur cet appareil n’existent plus sur la plateforme, rétablie depuis une sauvegarde : ils sont à refaire.",
  },
  act: {
    sending: "Envoi en cours…",
    sent: "Envoyé",
    logged: "Enregistré, inscrit au journal",
    failed: "Cela n’est pas parti",
  },
  nav: {
    mine: "Mon dossier",
    journal: "Journal",
    emergencies: "Urgences",
    logState: "État",
    sheet: "Contrôle",
    home: "Accueil",
    inbox: "À lire",
    cases: "Mes dossiers",
    demands: "Demandes",
    search: "Chercher",
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
