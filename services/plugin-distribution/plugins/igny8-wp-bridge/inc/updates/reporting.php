<?php
/**
 * What the platform hears of this installation: which build runs, after pairing and updates and daily, and what was undone.
 *
 * When a report is due stands where the sender's due time stands, as the structure's does. Each blog reports for itself.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Storage;
use WP_Error;
use const IGNY8\Bridge\VERSION;

/** Nobody else reports meanwhile. */
const REPORTING_SECONDS = 2 * MINUTE_IN_SECONDS;

/** Let a report be due at a time. */
function be_due( int $at ): void {
	if ( Storage\is_ready() ) {
		update_option( REPORTS_OPTION, [ 'due_at' => $at ] + reports(), false );
		Outbound\set_due();
	}
}

/** Tell when the next report is due, 0 while none is or none may be sent. */
function due_at(): int {
	return can_ask() ? reports()['due_at'] : 0;
}

/** Notice that another version runs than the platform was told, or another platform; and on a network, who may ask. */
function note_new_version(): void {
	$reports = reports();
	if ( registration() !== $reports['registered'] && ! $reports['failures'] && ( ! $reports['due_at'] || $reports['due_at'] > time() + REPORTING_SECONDS ) && can_ask() ) {
		be_due( time() );
	}
}

/**
 * Report if it is due.
 *
 * @return bool Whether the platform took it.
 */
function report_if_due( int $timeout ): bool {
	$reports = reports();
	if ( ! $reports['due_at'] || time() < $reports['due_at'] || VERSION !== installed_version() || (int) http_response_code() >= 500 ) {
		return false; // The request that updates the plugin is the old build's; and only one that went well can say that a build runs.
	}
	if ( ! can_ask() ) {
		update_option( REPORTS_OPTION, [ 'due_at' => 0 ] + $reports, false );
		return false;
	}
	update_option( REPORTS_OPTION, [ 'due_at' => time() + REPORTING_SECONDS ] + $reports, false );
	$failed = failure();
	$news   = '' !== $failed['version'] && $failed['at'] > $reports['told_failure_at'];
	$path   = registration() === $reports['registered'] ? '/health-check/' : '/register/';
	$answer = ask( 'POST', $path, report( $news ? 'error' : 'active', $reports ), true, $timeout );
	if ( is_wp_error( $answer ) ) {
		note_report_failure( $reports, $answer );
		return false;
	}
	$told = [
		'due_at'           => time() + DAY_IN_SECONDS,
		'failures'         => 0,
		'reason'           => '',
		'registered'       => registration(),
		'version'          => VERSION,
		'previous_version' => VERSION === $reports['version'] ? $reports['previous_version'] : $reports['version'],
		'told_failure_at'  => $news ? $failed['at'] : $reports['told_failure_at'],
	];
	update_option( REPORTS_OPTION, $told, false );
	return true;
}

/** Wait as the sender of events does. */
function note_report_failure( array $reports, WP_Error $error ): void {
	$asked               = (string) ( ( (array) $error->get_error_data() )['retry_after'] ?? '' );
	$reports['failures'] = $reports['failures'] + 1;
	$reports['reason']   = sanitize_text_field( $error->get_error_code() );
	$reports['due_at']   = time() + max( MINUTE_IN_SECONDS, Outbound\waiting_time( $reports['failures'], $asked, time() ) );
	update_option( REPORTS_OPTION, $reports, false );
}

/** Describe this installation as the protocol does. */
function report( string $status, array $reports ): array {
	$failed = failure();
	return [
		'plugin_version' => VERSION,
		'wp_version'     => get_bloginfo( 'version' ),
		'php_version'    => PHP_VERSION,
		'status'         => $status,
		'metadata'       => [
			'channel'          => channel(),
			'previous_version' => VERSION === $reports['version'] ? $reports['previous_version'] : $reports['version'],
			'failed_version'   => $failed['version'],
			'error'            => $failed['error'],
			'multisite'        => is_multisite(),
			'locale'           => get_locale(),
		],
	];
}

/** Say that the plugin is being switched off, without waiting for an answer. */
function tell_inactive(): void {
	if ( ! Storage\is_ready() || ! can_ask() ) {
		return;
	}
	add_filter( 'http_request_args', __NAMESPACE__ . '\\do_not_wait' );
	ask( 'POST', '/health-check/', report( 'inactive', reports() ), true, 3 );
	remove_filter( 'http_request_args', __NAMESPACE__ . '\\do_not_wait' );
	update_option( REPORTS_OPTION, [ 'registered' => '', 'due_at' => 0 ] + reports(), false ); // phpcs:ignore WordPress.Arrays
}

/** Send without waiting. */
function do_not_wait( array $args ): array {
	return [ 'blocking' => false ] + $args;
}

/** Name what the platform has to know: this version, at this platform and site. */
function registration(): string {
	return VERSION . '@' . Connection\counterpart();
}

/**
 * Read how reporting goes.
 *
 * @return array{due_at:int,failures:int,reason:string,registered:string,version:string,previous_version:string,told_failure_at:int}
 */
function reports(): array {
	$stored = get_option( REPORTS_OPTION );
	return ( is_array( $stored ) ? $stored : [] ) + [
		'due_at'           => 0,
		'failures'         => 0,
		'reason'           => '',
		'registered'       => '',
		'version'          => '',
		'previous_version' => '',
		'told_failure_at'  => 0,
	];
}
