<?php
/**
 * The log: what was lately sent, rejected, received and refused, for the person who looks after the site.
 *
 * It holds no bodies and no keys: a kind, a short subject, an outcome and a reason. It is bounded by rows, so it never needs to be looked after.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Log;

use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use WP_REST_Request;
use WP_REST_Response;

/** So many entries are kept. */
const KEEP = 500;

/** Refusals of the same kind are noted once in so many seconds: anybody can be refused, as often as they like. */
const REFUSAL_SECONDS = 60;

const KINDS = [ 'sent', 'failed', 'rejected', 'received', 'refused' ];

/** Note what the platform asks for. */
function bootstrap(): void {
	add_filter( 'rest_post_dispatch', __NAMESPACE__ . '\\note_answer', PHP_INT_MAX, 3 );
}

/**
 * Note something.
 *
 * @param string $kind    Of KINDS.
 * @param string $subject What was sent or asked for.
 * @param string $outcome A code, or a status.
 * @param string $detail  Why.
 */
function note( string $kind, string $subject, string $outcome, string $detail = '' ): void {
	global $wpdb;
	if ( ! Storage\is_ready() ) {
		return;
	}
	$wpdb->insert(
		Storage\table( 'log' ),
		[
			'at'      => time(),
			'kind'    => $kind,
			'subject' => shortened( $subject, 100 ),
			'outcome' => shortened( $outcome, 60 ),
			'detail'  => shortened( $detail, 190 ),
		]
	);
	cut_back( (int) $wpdb->insert_id );
}

/**
 * Note what was answered to the platform: commands, and what was refused. Reading is not worth an entry.
 *
 * @param mixed $response The answer, which is passed on.
 * @param mixed $server   The REST server.
 * @param mixed $request  The request.
 * @return mixed
 */
function note_answer( $response, $server, $request ) {
	if ( ! $response instanceof WP_REST_Response || ! $request instanceof WP_REST_Request || ! Rest\is_ours( $request ) ) {
		return $response;
	}
	$status = $response->get_status();
	$data   = (array) $response->get_data();
	$code   = isset( $data['code'] ) && is_string( $data['code'] ) ? $data['code'] : '';
	if ( in_array( $status, [ 401, 403 ], true ) ) {
		note_refusal( '' !== $code ? $code : (string) $status );
	} elseif ( $status >= 400 || ! in_array( $request->get_method(), [ 'GET', 'OPTIONS', 'HEAD' ], true ) ) {
		$path = substr( $request->get_route(), strlen( '/' . Rest\ROUTES_NAMESPACE ) );
		$post = isset( $data['post_id'] ) && is_int( $data['post_id'] ) ? "post {$data['post_id']}" : '';
		note( 'received', $request->get_method() . ' ' . $path, trim( "$status $code" ), $post );
	}
	return $response;
}

/** Note that somebody was refused, whoever it was: nothing of the request is kept. */
function note_refusal( string $code ): void {
	global $wpdb;
	if ( ! Storage\is_ready() ) {
		return;
	}
	$table = Storage\table( 'log' );
	$sql   = "INSERT INTO `$table` (at, kind, subject, outcome, detail) SELECT %d, 'refused', '', %s, '' FROM DUAL
		WHERE NOT EXISTS (SELECT 1 FROM `$table` known WHERE known.kind = 'refused' AND known.outcome = %s AND known.at > %d)";
	$code  = shortened( $code, 60 );
	if ( $wpdb->query( $wpdb->prepare( $sql, time(), $code, $code, time() - REFUSAL_SECONDS ) ) ) {
		cut_back( (int) $wpdb->insert_id );
	}
}

/**
 * Read the newest entries, newest first.
 *
 * @param int    $limit How many at most.
 * @param string $kind  Of one kind only; '' for all.
 * @return array<int,object> With at, kind, subject, outcome, detail.
 */
function newest( int $limit, string $kind = '' ): array {
	global $wpdb;
	if ( ! Storage\is_ready() ) {
		return [];
	}
	$which = '' === $kind ? '' : $wpdb->prepare( 'WHERE kind = %s', $kind );
	return (array) $wpdb->get_results( $wpdb->prepare( 'SELECT at, kind, subject, outcome, detail FROM `' . Storage\table( 'log' ) . "` $which ORDER BY id DESC LIMIT %d", $limit ) );
}

/** Empty the log. */
function clear(): void {
	global $wpdb;
	$wpdb->query( 'DELETE FROM `' . Storage\table( 'log' ) . '`' );
}

/** Delete what is too old to be kept, now and then. */
function cut_back( int $newest ): void {
	global $wpdb;
	if ( 0 === $newest % 50 ) {
		$wpdb->query( $wpdb->prepare( 'DELETE FROM `' . Storage\table( 'log' ) . '` WHERE id <= %d', $newest - KEEP ) );
	}
}

/** Bring a text to what a column takes. */
function shortened( string $text, int $length ): string {
	return mb_substr( sanitize_text_field( $text ), 0, $length );
}
