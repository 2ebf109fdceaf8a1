// Shows the contract of the server that this page comes from, and tries its operations there.
fetch('/openapi.json')
  .then((response) => response.json())
  .then((contract) =>
    SwaggerUIBundle({
      spec: { ...contract, servers: [{ url: window.location.origin }] },
      dom_id: '#contract',
      deepLinking: true,
      validatorUrl: null,
    }),
  );
