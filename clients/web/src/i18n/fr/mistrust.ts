/** What was served and does not verify, for who is not of the trade: what it may mean, that nothing of it was used, whom to tell. */
import { agreeing } from "../agreeing.ts";

const agree = agreeing("fr");

export const mistrust = {
  mistrust: {
    signature: "La signature ou la clé d’une personne ne se vérifie pas : quelqu’un a pu la remplacer.",
    content: "Ce qui est arrivé ne se vérifie pas : ce n’est pas ce que son auteur a signé, ou cela a été modifié en route.",
    receipt: "L’inscription au journal ne se vérifie pas : rien ne prouve que cet accès a été noté.",
    missing: "La liste reçue ne se vérifie pas : un élément y manque, ou l’ordre en a été changé.",
    older:
      "La plateforme montre un état plus ancien que celui que cet appareil connaît déjà : un retrait ou une révocation peut y manquer. Cela ne se vérifie pas.",
    rules:
      "Un acte de ce dossier ne se vérifie pas : il ne suit pas les règles, ou vient de quelqu’un qui ne pouvait pas le faire.",
    form: "Ce qui est arrivé ne se vérifie pas : cette version ne sait pas le lire.",
    next: (what: string) =>
      `Rien n’en est montré ni utilisé. Si c’est urgent, appelez la personne qui a écrit. Prévenez votre structure et lisez-lui ceci : ${what}.`,
    hidden: (n: string) => `${n} ${agree(n, "élément n’est pas montré", "éléments ne sont pas montrés")}`,
  },
} as const;
