<?php
/**
 * `/doctor/echo`: what of a request arrives, where hosts and firewalls drop headers and methods.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Doctor;

use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Rest;
use WP_REST_Request;
use WP_REST_Response;

/** The headers that we use. No other is told, for what else arrives is nobody's business. */
const OUR_HEADERS = [ 'x-igny8-api-key', 'authorization', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'content-type', 'x-http-method-override' ];

/** Answer `/doctor/echo`. */
function answer_echo( WP_REST_Request $request ): WP_REST_Response {
	$arrived = array_filter(
		OUR_HEADERS,
		static function ( string $name ) use ( $request ): bool {
			return null !== $request->get_header( $name );
		}
	);
	$body    = (string) $request->get_body();
	return Rest\success(
		[
			'method'  => Identity\sent_method( $request ),
			'headers' => array_values( $arrived ),
			'bytes'   => strlen( $body ),
			'sha256'  => hash( 'sha256', $body ),
		]
	);
}
