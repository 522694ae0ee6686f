/**
 * A certified OpenID provider (oidc-provider), configured with the claims of one kind of provider; on loopback only.
 *
 * `node server.mjs SETTINGS.json`. Its only page of its own is `/press/UID?account=SUB&acr=LEVEL`: the tests' browser
 * presses there. `PUT /control/jwks` makes it sign with other keys from then on, as a provider that rotates does.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const issuer = `http://127.0.0.1:${settings.port}`;
let provider = configured(settings.jwks);

function configured(jwks) {
  const made = new Provider(issuer, {
    clients: settings.clients,
    jwks,
    acrValues: ["eidas1", "eidas2", "eidas3"],
    claims: settings.claims,
    scopes: Object.keys(settings.claims),
    cookies: { keys: ["loopback"] },
    conformIdTokenClaims: !settings.naming,
    interactions: { url: (_ctx, interaction) => `/press/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      jwtUserinfo: { enabled: true },
      encryption: { enabled: true },
      backchannelLogout: { enabled: true },
    },
    enabledJWA: {
      userinfoEncryptionAlgValues: ["ECDH-ES", "RSA-OAEP-256"],
      userinfoEncryptionEncValues: ["A256GCM", "A128CBC-HS256"],
    },
    // Its own way out refuses loopback addresses, where the hub of the tests is.
    fetch: (url, { dispatcher: _refusing, ...options }) => fetch(url, options),
    findAccount: (_ctx, sub) => {
      const account = settings.accounts.find((one) => one.sub === sub);
      return account && { accountId: sub, claims: () => account };
    },
    // Nobody is asked for consent: that page is not what is tested.
    loadExistingGrant: async (ctx) => {
      const grant = new made.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope(["openid", ...Object.keys(settings.claims)].join(" "));
      await grant.save();
      return grant;
    },
  });
  made.on("backchannel.error", (_ctx, error) => console.error("back-channel logout:", error.message, error.cause ?? ""));
  return made;
}

async function answer(request, response) {
  const url = new URL(request.url, issuer);
  if (request.method === "PUT" && url.pathname === "/control/jwks") {
    let body = "";
    for await (const piece of request) body += piece;
    provider = configured(JSON.parse(body));
    response.writeHead(204).end();
  } else if (url.pathname.startsWith("/press/")) {
    const login = { accountId: url.searchParams.get("account"), acr: url.searchParams.get("acr"), amr: [] };
    await provider.interactionFinished(request, response, { login });
  } else {
    await provider.callback()(request, response);
  }
}

createServer(answer).listen(settings.port, "127.0.0.1");
