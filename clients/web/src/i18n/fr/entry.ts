/** The way in: first visit, login, this device. */
export const entry = {
  unsupported: {
    title: "Ce navigateur ne convient pas",
    body: "Volet chiffre tout dans le navigateur. Il manque à celui-ci de quoi le faire : utilisez une version récente de Firefox, Chrome, Edge ou Safari, hors navigation privée.",
    missing: (what: string) => `Il manque : ${what}.`,
  },
  welcome: {
    title: "Échanger autour d’une personne, sans que personne d’autre ne lise",
    body: "Ce que vous écrivez est chiffré ici, sur cet appareil, avant de partir. La plateforme voit qui écrit, quand et dans quel volet ; jamais le contenu.",
    professional: "Je suis professionnel",
    person: "Je suis la personne accompagnée, ou je la représente",
    first: "Première visite sur cet appareil",
    trust: "Cette plateforme s’annonce ainsi",
    fingerprint: "Empreinte",
    trustHelp:
      "Si votre structure vous a donné cette empreinte sur papier, comparez-la. Elle est gardée sur cet appareil : une autre plateforme, ou une autre empreinte, sera refusée.",
  },
  login: {
    title: "Se connecter",
    body: "Vous allez chez votre fournisseur d’identité, puis vous revenez ici. Il apprend que vous vous connectez, rien d’autre.",
    go: "Me connecter",
    code: (code: string) => `La page suivante affichera le code ${code}. Si elle en affiche un autre, n’allez pas plus loin.`,
    waiting: "En attente de votre réponse chez le fournisseur d’identité…",
    notYet: "Rien n’est encore arrivé du fournisseur d’identité.",
    again: "Recommencer la connexion",
  },
  home: {
    title: "Bonjour",
    signedIn: "Vous êtes connecté.",
    device: "Cet appareil",
    fingerprintHelp: "Votre phrase de reconnaissance : un collègue la compare de vive voix.",
    signOut: "Se déconnecter",
    card: "Ma carte de contact",
    cardHelp: "Un collègue en a besoin pour vous faire entrer dans un dossier. Elle ne contient ni nom ni secret.",
    copyCard: "Copier ma carte",
    copied: "Carte copiée.",
    notCopied: "Le navigateur n’a pas permis la copie : sélectionnez le texte.",
  },
} as const;
