/** A question in a user's words, and the operations that answer it: any of them is a hit. */
export type Question = readonly [question: string, ...answers: string[]];

// Written before the search was tuned, and not changed since. Every third one was held out (docs/openapi.md).

export const gitHub: readonly Question[] = [
  ["close an issue", "PATCH /repos/{owner}/{repo}/issues/{issue_number}"],
  ["star a repository", "PUT /user/starred/{owner}/{repo}"],
  ["merge a pull request", "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge"],
  ["who has access to this repository", "GET /repos/{owner}/{repo}/collaborators"],
  ["add a label to an issue", "POST /repos/{owner}/{repo}/issues/{issue_number}/labels"],
  [
    "rerun the failed jobs of a workflow",
    "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs",
  ],
  [
    "download the logs of a workflow run",
    "GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs",
    "GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/logs",
    "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs",
  ],
  ["read a file from the repo", "GET /repos/{owner}/{repo}/contents/{path}"],
  ["create a new branch", "POST /repos/{owner}/{repo}/git/refs"],
  ["invite someone to the organization", "POST /orgs/{org}/invitations"],
  ["comment on an issue", "POST /repos/{owner}/{repo}/issues/{issue_number}/comments"],
  ["open a pull request", "POST /repos/{owner}/{repo}/pulls"],
  ["search code for a string", "GET /search/code"],
  ["delete a repository", "DELETE /repos/{owner}/{repo}"],
  ["list my repositories", "GET /user/repos"],
  [
    "trigger a workflow manually",
    "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
  ],
  ["what changed between two commits", "GET /repos/{owner}/{repo}/compare/{base}...{head}"],
  ["publish a new release", "POST /repos/{owner}/{repo}/releases"],
  [
    "save a secret for github actions in a repo",
    "PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}",
  ],
  ["block a user", "PUT /user/blocks/{username}", "PUT /orgs/{org}/blocks/{username}"],
];

export const stripe: readonly Question[] = [
  [
    "refund a payment",
    "POST /v1/refunds",
    "POST /v1/charges/{charge}/refund",
    "POST /v1/charges/{charge}/refunds",
  ],
  ["cancel a subscription", "DELETE /v1/subscriptions/{subscription_exposed_id}"],
  ["create a customer", "POST /v1/customers"],
  ["list unpaid invoices", "GET /v1/invoices", "GET /v1/invoices/search"],
  ["send an invoice to the customer", "POST /v1/invoices/{invoice}/send"],
  ["how much money is in my account", "GET /v1/balance"],
  ["find a customer by email", "GET /v1/customers/search", "GET /v1/customers"],
  ["create a discount code", "POST /v1/promotion_codes", "POST /v1/coupons"],
  ["make a payment link", "POST /v1/payment_links"],
  ["pay out to my bank account", "POST /v1/payouts"],
  [
    "which payment methods does a customer have",
    "GET /v1/customers/{customer}/payment_methods",
    "GET /v1/payment_methods",
  ],
  ["respond to a dispute", "POST /v1/disputes/{dispute}"],
  ["change the price of a product", "POST /v1/prices/{price}", "POST /v1/products/{id}"],
  ["show recent events", "GET /v1/events"],
  ["register a webhook", "POST /v1/webhook_endpoints"],
  ["resume a paused subscription", "POST /v1/subscriptions/{subscription}/resume"],
  ["preview the next invoice", "GET /v1/invoices/upcoming"],
  ["mark an invoice as uncollectible", "POST /v1/invoices/{invoice}/mark_uncollectible"],
  ["upload a file", "POST /v1/files"],
  [
    "capture an authorized payment",
    "POST /v1/payment_intents/{intent}/capture",
    "POST /v1/charges/{charge}/capture",
  ],
];

export const digitalOcean: readonly Question[] = [
  ["spin up a new droplet", "POST /v2/droplets"],
  ["reboot a droplet", "POST /v2/droplets/{droplet_id}/actions"],
  ["how much do I owe this month", "GET /v2/customers/my/balance"],
  ["download an invoice as pdf", "GET /v2/customers/my/invoices/{invoice_uuid}/pdf"],
  ["add a dns record", "POST /v2/domains/{domain_name}/records"],
  ["clear the cdn cache", "DELETE /v2/cdn/endpoints/{cdn_id}/cache"],
  ["resize a database", "PUT /v2/databases/{database_cluster_uuid}/resize"],
  [
    "reset the password of a database user",
    "POST /v2/databases/{database_cluster_uuid}/users/{username}/reset_auth",
  ],
  ["list kubernetes clusters", "GET /v2/kubernetes/clusters"],
  ["get the kubeconfig", "GET /v2/kubernetes/clusters/{cluster_id}/kubeconfig"],
  [
    "attach a volume to a droplet",
    "POST /v2/volumes/actions",
    "POST /v2/volumes/{volume_id}/actions",
  ],
  ["take a snapshot of a volume", "POST /v2/volumes/{volume_id}/snapshots"],
  ["roll back an app", "POST /v2/apps/{app_id}/rollback"],
  ["open a port in the firewall", "POST /v2/firewalls/{firewall_id}/rules"],
  ["add my ssh key", "POST /v2/account/keys"],
  ["cpu usage of a droplet", "GET /v2/monitoring/metrics/droplet/cpu"],
  ["alert me when cpu is high", "POST /v2/monitoring/alerts"],
  [
    "delete an image tag from the container registry",
    "DELETE /v2/registry/{registry_name}/{repository_name}/tags/{repository_tag}",
  ],
  [
    "build logs of an app deployment",
    "GET /v2/apps/{app_id}/deployments/{deployment_id}/logs",
    "GET /v2/apps/{app_id}/deployments/{deployment_id}/components/{component_name}/logs",
  ],
  [
    "promote a read replica to primary",
    "PUT /v2/databases/{database_cluster_uuid}/replicas/{replica_name}/promote",
  ],
];

// Written after the first measurement of all the above (the third that was not tuned on: 13 of 18), before what was
// then changed: none of these was ever tuned on.

export const fresh: {
  readonly gitHub: readonly Question[];
  readonly stripe: readonly Question[];
  readonly digitalOcean: readonly Question[];
} = {
  gitHub: [
    [
      "assign an issue to someone",
      "POST /repos/{owner}/{repo}/issues/{issue_number}/assignees",
      "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
    ],
    ["list open pull requests", "GET /repos/{owner}/{repo}/pulls"],
    ["approve a pull request", "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews"],
    ["fork a repository", "POST /repos/{owner}/{repo}/forks"],
    ["show the latest release", "GET /repos/{owner}/{repo}/releases/latest"],
    ["create a gist", "POST /gists"],
    ["who am I logged in as", "GET /user"],
  ],
  stripe: [
    ["delete a customer", "DELETE /v1/customers/{customer}"],
    [
      "switch a subscription to another plan",
      "POST /v1/subscriptions/{subscription_exposed_id}",
      "POST /v1/subscription_items/{item}",
    ],
    ["void an invoice", "POST /v1/invoices/{invoice}/void"],
    ["list my payouts", "GET /v1/payouts"],
    ["add a tax rate", "POST /v1/tax_rates"],
    [
      "give a customer credit",
      "POST /v1/customers/{customer}/balance_transactions",
      "POST /v1/credit_notes",
    ],
  ],
  digitalOcean: [
    ["delete a droplet", "DELETE /v2/droplets/{droplet_id}"],
    ["list the backups of a database", "GET /v2/databases/{database_cluster_uuid}/backups"],
    ["add a node pool to a cluster", "POST /v2/kubernetes/clusters/{cluster_id}/node_pools"],
    ["which regions are available", "GET /v2/regions"],
    ["create a load balancer", "POST /v2/load_balancers"],
    ["remove a domain", "DELETE /v2/domains/{domain_name}"],
    ["free memory of a droplet", "GET /v2/monitoring/metrics/droplet/memory_free"],
  ],
};
