<?php
/**
 * Asking the platform, rarely, and remembering what it said.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Outbound;
use WP_Error;

/** WordPress looks every twelve hours, and whenever it stores what it knows. */
const ANSWER_SECONDS = 6 * HOUR_IN_SECONDS;

/** The platform is away: the first wait, which Outbound\waiting_time() makes longer. */
const FAILURE_SECONDS = 15 * MINUTE_IN_SECONDS;

/** How long other requests keep quiet while one is asking. */
const ASKING_SECONDS = MINUTE_IN_SECONDS;

const ASK_TIMEOUT  = 10;
const ANSWER_BYTES = 1048576;

/**
 * Ask plugin-distribution something, in the name of the blog that speaks for this installation.
 *
 * @param string     $method GET or POST.
 * @param string     $path   Behind `/api/plugins/{slug}`.
 * @param array|null $body   What to say, if anything.
 * @param bool       $signed Whether to prove who is asking.
 * @return array|WP_Error The data of the answer.
 */
function ask( string $method, string $path, ?array $body = null, bool $signed = false, int $timeout = ASK_TIMEOUT ) {
	$text     = null === $body ? '' : (string) wp_json_encode( $body );
	$proof    = $signed ? Connection\key_headers() + Identity\signed_headers( $text ) : [];
	$response = wp_remote_request(
		service_url( $path ),
		[
			'method'              => $method,
			'timeout'             => $timeout,
			'redirection'         => 0,
			'limit_response_size' => ANSWER_BYTES,
			'headers'             => $proof + [
				'Content-Type' => 'application/json',
				'Accept'       => 'application/json, application/problem+json',
			],
			'body'                => '' === $text ? null : $text,
		]
	);
	if ( is_wp_error( $response ) ) {
		return refusal( 'unreachable', $response->get_error_message() );
	}
	$answer = Connection\read_answer( (int) wp_remote_retrieve_response_code( $response ), (string) wp_remote_retrieve_body( $response ) );
	if ( is_wp_error( $answer ) ) {
		$answer->add_data( [ 'retry_after' => (string) wp_remote_retrieve_header( $response, 'retry-after' ) ] + (array) $answer->get_error_data() );
	}
	return $answer;
}

/** Name an address of plugin-distribution. */
function service_url( string $path ): string {
	return Connection\pairing()['plugin_url'] . '/api/plugins/' . SLUG . $path;
}

/**
 * Ask what is offered, and remember the answer or the failure.
 *
 * @return array|WP_Error The answer, as read_offer() has it.
 */
function ask_for_update() {
	return in_asking_blog(
		static function () {
			$kept = kept();
			$for  = fingerprint();
			keep( [ 'not_before' => time() + ASKING_SECONDS ] + $kept );
			$data = ask(
				'POST',
				'/check-update/',
				[
					'current_version' => installed_version(),
					'wp_version'      => get_bloginfo( 'version' ),
					'php_version'     => PHP_VERSION,
					'site_url'        => Connection\site_address(),
					'channel'         => channel(),
				]
			);
			$offer = is_wp_error( $data ) ? $data : read_offer( $data );
			if ( is_wp_error( $offer ) ) {
				keep_failure( $offer, $for === $kept['for'] ? $kept : [ 'for' => $for ] );
			} else {
				keep( [ 'answer' => $offer, 'for' => $for, 'answered_at' => time(), 'not_before' => time() + ANSWER_SECONDS ] ); // phpcs:ignore WordPress.Arrays
			}
			return $offer;
		}
	);
}

/** Remember that asking failed; what was offered before stays known. */
function keep_failure( WP_Error $error, array $kept ): void {
	$failures = ( $kept['failures'] ?? 0 ) + 1;
	$asked    = (string) ( ( (array) $error->get_error_data() )['retry_after'] ?? '' );
	$failure  = [
		'failures'   => $failures,
		'error'      => sanitize_text_field( $error->get_error_code() . ': ' . $error->get_error_message() ),
		'not_before' => time() + max( FAILURE_SECONDS, Outbound\waiting_time( $failures, $asked, time() ) ),
	];
	keep( $failure + $kept );
}

/**
 * Read what the platform offered last, asking it if that is too long ago.
 *
 * @return array Empty when nothing is known.
 */
function current_answer(): array {
	if ( ! asking_blog() ) {
		look_for_paired_blog();
	}
	$kept = kept();
	if ( time() >= $kept['not_before'] || ( $kept['for'] !== fingerprint() && ! $kept['failures'] ) ) {
		ask_for_update();
		$kept = kept();
	}
	return asking_blog() && $kept['for'] === fingerprint() ? $kept['answer'] : [];
}

/** Tell for whom an answer is: with another of these it would be another. */
function fingerprint(): string {
	return md5( (string) wp_json_encode( [ channel(), get_bloginfo( 'version' ), PHP_VERSION ] ) );
}

/**
 * Read what is remembered.
 *
 * @return array{answer:array,for:string,answered_at:int,not_before:int,failures:int,error:string}
 */
function kept(): array {
	$stored = get_site_option( ANSWER_OPTION );
	return ( is_array( $stored ) ? $stored : [] ) + [
		'answer'      => [],
		'for'         => '',
		'answered_at' => 0,
		'not_before'  => 0,
		'failures'    => 0,
		'error'       => '',
	];
}

/** Remember something. */
function keep( array $what ): void {
	update_site_option( ANSWER_OPTION, $what );
}
