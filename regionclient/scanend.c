/*
 * scanend.c
 *		Closing scanners on region servers, without waiting.
 *
 * A scanner that nobody closes lives on until its lease ends, a minute later.
 */
#include "scanend.h"

#include "client.h"
#include "scan_answer.h"
#include "wire.pb-c.h"

void
rc_scanend_send(rc_link *link, rc_client *client, uint64_t scanner_id)
{
	Htable__Wire__ScanRequest message = HTABLE__WIRE__SCAN_REQUEST__INIT;
	rc_request	request = {0};
	rc_call    *call;
	rc_error	err;

	message.has_scanner_id = true;
	message.scanner_id = scanner_id;
	message.has_number_of_rows = true;
	message.has_close_scanner = message.close_scanner = true;
	request.method = "Scan";
	request.param = &message.base;
	request.priority = RC_PRIORITY_SYSTEM;
	if (rc_link_send(link, &request, rc_client_now(client) + client->config.rpc_timeout, &call,
					 &err) == RC_OK)
		rc_call_abandon(call, NULL);
}

void
rc_scanend_orphan(rc_link *link, rc_call *call)
{
	rc_scan_answer answer;

	rc_scan_answer_init(&answer, &call->client->host);
	if (rc_scan_answer_parse(&answer, call->response.message, call->response.cells.len, NULL) == RC_OK &&
		answer.has_scanner_id && answer.more_results && answer.more_in_region)
		rc_scanend_send(link, call->client, answer.scanner_id);
	rc_scan_answer_free(&answer);
}
