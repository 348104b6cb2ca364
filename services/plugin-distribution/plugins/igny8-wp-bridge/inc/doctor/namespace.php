<?php
/**
 * The doctor: what the site can tell of itself when something does not work, each finding with its evidence and a way out.
 *
 * `ok` is false only for what does harm. What merely may (a firewall, a page cache) is told with `ok` and with a `fix`.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Doctor;

use IGNY8\Bridge\Rest;
use Throwable;
use WP_REST_Response;

/** The checks, by their names; each function answers with finding(). */
const CHECKS = [
	'php_version'      => 'check_php',
	'extensions'       => 'check_extensions',
	'memory'           => 'check_memory',
	'time_limit'       => 'check_time_limit',
	'upload'           => 'check_upload',
	'disk'             => 'check_disk',
	'database'         => 'check_database',
	'wp_version'       => 'check_wordpress',
	'https'            => 'check_https',
	'permalinks'       => 'check_permalinks',
	'cron'             => 'check_cron',
	'object_cache'     => 'check_object_cache',
	'cache_plugins'    => 'check_cache_plugins',
	'security_plugins' => 'check_security_plugins',
	'author'           => 'check_author',
	'pairing'          => 'check_pairing',
	'signing'          => 'check_signing',
	'salts'            => 'check_salts',
	'tables'           => 'check_tables',
	'queue'            => 'check_queue',
	'rejections'       => 'check_rejections',
	'structure'        => 'check_structure',
];

/** Listen to nothing: this room only answers its routes. */
function bootstrap(): void {
}

/** Answer `GET /doctor`. */
function answer_doctor(): WP_REST_Response {
	return Rest\success( [ 'checks' => findings() ] );
}

/**
 * Run the checks.
 *
 * @return array[] Each with name, ok, detail, evidence, fix.
 */
function findings(): array {
	$checks = [];
	foreach ( CHECKS as $name => $function ) {
		$function = __NAMESPACE__ . '\\' . $function;
		try {
			$checks[] = compact( 'name' ) + $function();
		} catch ( Throwable $problem ) {
			$checks[] = compact( 'name' ) + finding( false, __( 'The check itself failed.', 'igny8-wp-bridge' ), $problem->getMessage(), __( 'Tell IGNY8 support.', 'igny8-wp-bridge' ) );
		}
	}
	return $checks;
}

/** Word a finding. */
function finding( bool $ok, string $detail, string $evidence, string $fix = '' ): array {
	return compact( 'ok', 'detail', 'evidence', 'fix' );
}

/** Word a finding of which only trouble needs a way out. */
function judged( bool $ok, string $good, string $bad, string $evidence, string $fix ): array {
	return finding( $ok, $ok ? $good : $bad, $evidence, $ok ? '' : $fix );
}
