/** What is traced of a professional, what they read, and what this browser keeps. */
import { agreeing } from "../agreeing.ts";

const agree = agreeing("fr");

export const device = {
  traces: {
    title: "Ce que Volet garde de vous",
    lead: "À lire une fois avant de commencer. Cette page reste sous « Mon appareil ».",
    what: "Ce qui est noté",
    whatBody:
      "Quand un contenu est remis à votre appareil, quand vous écrivez, imprimez ou emportez, quand vous notez un accord ou entrez en urgence, la plateforme l’inscrit dans un journal. Un refus y est inscrit aussi.\nUne inscription dit : votre compte, votre fonction, votre structure, la date, le volet, pour quoi faire, et la règle appliquée. Ce que vous lisez ou écrivez n’y est pas. Relire ce que l’appareil a déjà reçu n’ajoute rien.\nPersonne ne peut changer ce journal en cachette, l’exploitant non plus.",
    who: "Qui le voit",
    whoBody:
      "La personne accompagnée, et qui la représente : la date, le volet, pour quoi faire, votre fonction et votre structure. Votre nom, seulement si vous êtes de son équipe ou entré en urgence.\nL’auditeur et le délégué à la protection des données : les inscriptions, jamais le contenu. S’ils regardent un dossier, ils écrivent pourquoi.\nL’exploitant de la plateforme : qui, quand, quel volet ; jamais le contenu. Vos collègues ne voient pas ce journal.",
    howLong: "Combien de temps",
    months: (count: number) =>
      `${count} mois. Ensuite il reste une ligne sans nom, qui montre que rien n’a été retiré en cachette. Les accords et les droits que vous notez restent tant qu’ils servent.`,
    yours: "Vos droits",
    yoursBody:
      "« Mes consultations » vous montre à tout moment ce qui vous a été remis. Pour consulter, rectifier ou vous opposer : le délégué à la protection des données de votre structure. Vous pouvez aussi écrire à la CNIL.",
    read: "J’ai lu, continuer",
    readOn: (when: string) => `Vous avez lu cette page le ${when}, sur cet appareil.`,
  },
  consulted: {
    title: "Mes consultations",
    lead: "Ce que le journal garde de vos lectures, dans tous vos dossiers. Vous seul voyez cette page ; la regarder est inscrit aussi.",
    none: "Rien ne vous a été remis dans cette période.",
    days: "Les 30 derniers jours",
    all: "Tout ce qui est gardé",
    period: "Période",
    opened: (count: number) => `ouvert à l’écran ${count} fois`,
    delivered: (count: number) => `remis à l’appareil ${count} fois`,
    takenOut: (count: number) => `imprimé ou exporté ${count} fois`,
    urgent: "en urgence",
    verified: (count: number) =>
      `${count} ${agree(count, "inscription vérifiée", "inscriptions, chacune vérifiée")} dans le journal.`,
    apart: "Ce qui se lit dans une liste à part, comme un signalement, n’est dit que là.",
    rest: "Il y en a plus que cette page n’en montre.",
  },
  stored: {
    title: "Ce que ce navigateur garde",
    yes: "Ce navigateur a promis de garder vos clés et ce qui attend de partir.",
    no: "Ce navigateur n’a pas promis de garder vos clés : il peut les effacer s’il manque de place ou si vous ne venez plus.",
    ask: "Lui demander de les garder",
    stillNo: "Le navigateur ne promet rien pour l’instant. Installez Volet, puis demandez à nouveau.",
    install:
      "Installez Volet sur l’écran d’accueil (menu du navigateur, « Installer » ou « Sur l’écran d’accueil »). Sur iPhone et iPad, Safari efface sinon les clés après 7 jours sans visite. La page s’ouvre alors aussi sans réseau.",
  },
  notify: {
    title: "Être prévenu",
    help: "Quand la page est ouverte mais cachée : une notification « Un message vous attend », sans nom, sans dossier, sans texte. Ce qui est urgent tout de suite, le reste au plus toutes les 5 minutes. L’appareil reçoit alors les titres, comme dans « À lire » : c’est inscrit au journal.",
    on: "Me prévenir sur cet appareil",
    waits: "Un message vous attend.",
    denied: "Ce navigateur refuse les notifications de cette page. Autorisez-les dans ses réglages, puis revenez ici.",
    absent: "Ce navigateur ne sait pas notifier. Sur iPhone et iPad, installez d’abord Volet sur l’écran d’accueil.",
  },
  arrival: {
    title: "Vous êtes connu ici, mais ce navigateur n’a aucune de vos clés.",
    why: "Si vous étiez déjà venu avec ce navigateur, il a effacé vos clés : cela arrive après plusieurs jours sans visite, ou quand on vide ses données. Si c’est un nouvel appareil, c’est normal.",
    cost: "Cela coûte une connexion, pas une phrase : vous venez de la faire. Ce qui attendait de partir de l’ancien appareil est perdu.",
    back: "Pour retrouver vos dossiers, donnez votre carte de contact à un collègue, ou au professionnel qui vous suit : il vérifie que c’est bien vous et vous fait entrer à nouveau.",
    card: "Ma carte de contact",
    seen: "J’ai compris",
  },
  held: {
    title: "Vos appareils étaient bloqués",
    byRegistrar: (who: string, when: string) =>
      `Le gestionnaire des habilitations (${who}) les a bloqués ${when}, après un appel.`,
    byNumber: (when: string) => `Quelqu’un les a bloqués ${when}, avec le numéro de votre feuille de secours.`,
    ended: "Votre connexion y met fin : tout marche à nouveau sur cet appareil.",
    lost: "Un appareil est perdu ou volé ? Retirez-le maintenant.",
    nobody: "Personne n’a appelé pour vous ? Prévenez votre structure.",
  },
} as const;
