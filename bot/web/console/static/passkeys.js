// Adds passkeys and signs decisions with them (https://www.w3.org/TR/webauthn-3/). What is signed is the SHA-256 of a
// text that the page shows; docs/passkeys.md describes it.

const encode = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const decode = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
const digest = (text) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
const REFUSED = 'Nothing was sent: your browser or you cancelled, or this device has no passkey that fits.';

async function sign(text, rp, credentials) {
  const answer = await navigator.credentials.get({publicKey: {
    challenge: await digest(text),
    rpId: rp,
    userVerification: 'required',
    allowCredentials: credentials.map((id) => ({type: 'public-key', id: decode(id)})),
  }});
  const {authenticatorData, clientDataJSON, signature, userHandle} = answer.response;
  return {
    credential: encode(answer.rawId),
    authenticator_data: encode(authenticatorData),
    client_data: encode(clientDataJSON),
    signature: encode(signature),
    user_handle: userHandle && userHandle.byteLength ? encode(userHandle) : null,
  };
}

// The text of an enrolment: canonical JSON (RFC 8785), whose members stand in order already.
const enrolment = (form, credential, key) => JSON.stringify({
  credential,
  format: 'daypass-passkey/1',
  nonce: form.elements.nonce.value,
  person: form.dataset.person,
  public_key: key,
  time: form.elements.made_at.value,
});

async function add(form) {
  const {rp, handle, person} = form.dataset;
  const old = form.dataset.keys ? form.dataset.keys.split(' ') : [];
  const made = await navigator.credentials.create({publicKey: {
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    rp: {id: rp, name: 'Daypass'},
    user: {id: decode(handle), name: form.dataset.name, displayName: form.dataset.name},
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({type: 'public-key', alg})),
    authenticatorSelection: {residentKey: 'preferred', userVerification: 'required'},
    excludeCredentials: old.map((id) => ({type: 'public-key', id: decode(id)})),
    attestation: 'none',
  }});
  const key = made.response.getPublicKey();
  if (!key) throw new Error('This passkey is of a kind that browsers can’t read. Use another one.');
  form.elements.public_key.value = encode(key);
  const text = enrolment(form, encode(made.rawId), form.elements.public_key.value);
  form.elements.assertion.value = JSON.stringify(await sign(text, rp, [encode(made.rawId)]));
  if (old.length) form.elements.voucher.value = JSON.stringify(await sign(text, rp, old));
}

async function decide(form, verdict) {
  if (form.elements.verdict) form.elements.verdict.value = verdict;
  const {rp, keys} = form.dataset;
  const text = form.querySelector(`[data-verdict="${verdict}"]`).textContent;
  form.elements.assertion.value = JSON.stringify(await sign(text, rp, keys.split(' ')));
}

for (const form of document.querySelectorAll('form.passkey')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const said = form.querySelector('[role="status"]');
    const pressed = form.querySelectorAll('button');
    pressed.forEach((one) => { one.disabled = true; });
    said.textContent = 'Follow your browser’s questions.';
    try {
      if (form.classList.contains('add')) await add(form);
      else await decide(form, event.submitter.value);
      form.submit();
    } catch (error) {
      said.textContent = error instanceof DOMException ? REFUSED : error.message;
      pressed.forEach((one) => { one.disabled = false; });
    }
  });
}
