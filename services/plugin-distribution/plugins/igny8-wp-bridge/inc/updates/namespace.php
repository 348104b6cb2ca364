<?php
/**
 * Updates of the plugin itself, by WordPress' own upgrader, from the platform, and signed with our release keys.
 *
 * The platform is asked what it offers (asking.php, offer.php, details.php). When WordPress begins to download it, the package is
 * fetched and judged here instead (package.php, verification.php, archive.php, release-log.php): whoever can only answer this
 * site's requests gets no code into it. A guard (guard.php, must-use/) puts the previous build back if the new one makes
 * requests fail. The platform hears how it went (reporting.php).
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use IGNY8\Bridge\Rest;
use WP_Error;
use WP_REST_Response;
use const IGNY8\Bridge\FILE;
use const IGNY8\Bridge\VERSION;

const SLUG     = 'igny8-wp-bridge';
const CHANNELS = [ 'stable', 'beta' ];

/** The host of the header `Update URI`, by which WordPress 5.8 and later ask for updates. It is a name only; nothing is asked there. */
const UPDATE_HOST = 'api.igny8.com';

/** Take part in WordPress' updates. */
function bootstrap(): void {
	add_filter( 'update_plugins_' . UPDATE_HOST, __NAMESPACE__ . '\\answer_update_uri', 10, 3 );
	add_filter( 'pre_set_site_transient_update_plugins', __NAMESPACE__ . '\\put_offer', 20 );
	add_action( 'load-update-core.php', __NAMESPACE__ . '\\ask_anew_if_forced', 5 );
	add_filter( 'plugins_api', __NAMESPACE__ . '\\answer_details', 20, 3 );
	add_filter( 'upgrader_pre_download', __NAMESPACE__ . '\\answer_download', PHP_INT_MAX, 4 );
	add_filter( 'upgrader_pre_install', __NAMESPACE__ . '\\prepare_guard', 20, 2 );
	add_action( 'upgrader_process_complete', __NAMESPACE__ . '\\note_update', 20, 2 );
	add_action( 'admin_init', __NAMESPACE__ . '\\note_new_version' );
	add_action( \IGNY8\Bridge\Outbound\CRON_HOOK, __NAMESPACE__ . '\\note_new_version', 5 );
	foreach ( [ 'add_option_', 'update_option_' ] as $hook ) {
		add_action( $hook . \IGNY8\Bridge\Connection\PAIRING_OPTION, __NAMESPACE__ . '\\note_paired_blog', 10, 0 );
	}
	register_deactivation_hook( FILE, __NAMESPACE__ . '\\tell_inactive' );
}

/** Tell whether early versions are wanted: `stable` or `beta`. */
function channel(): string {
	$channel = get_site_option( CHANNEL_OPTION );
	return in_array( $channel, CHANNELS, true ) ? $channel : CHANNELS[0];
}

/** Choose the channel, for the whole network; false if there is none of that name. */
function set_channel( string $channel ): bool {
	if ( ! in_array( $channel, CHANNELS, true ) ) {
		return false;
	}
	update_site_option( CHANNEL_OPTION, $channel );
	return true;
}

/**
 * Tell what the platform offered when it was last asked; nobody is asked.
 *
 * `version` is '' while nothing is known, `failed` says that this version was undone here, `error` why the last attempt to ask failed.
 *
 * @return array{version:string,update_available:bool,reason:string,requires:string,requires_php:string,tested:string,url:string,checked_at:int,failed:bool,error:string}
 */
function offered(): array {
	$kept   = kept();
	$answer = $kept['for'] === fingerprint() ? $kept['answer'] : [];
	$fields = [ 'version', 'reason', 'requires', 'requires_php', 'tested', 'url' ];
	$texts  = array_intersect_key( $answer, array_flip( $fields ) ) + array_fill_keys( $fields, '' );
	return $texts + [
		'update_available' => is_newer( $answer ),
		'checked_at'       => $kept['answered_at'],
		'failed'           => '' !== $texts['version'] && failure()['version'] === $texts['version'],
		'error'            => $kept['error'],
	];
}

/**
 * Ask the platform now, and let WordPress know.
 *
 * @param bool $by_a_person Whether a person wants to know, who may be offered what failed here before.
 * @return array|WP_Error As offered(), or why it could not be asked.
 */
function check_now( bool $by_a_person = true ) {
	if ( $by_a_person && '' !== failure()['version'] ) {
		update_site_option( FAILED_OPTION, [ 'forgiven' => true ] + failure() );
	}
	$answer = ask_for_update();
	if ( is_wp_error( $answer ) ) {
		return $answer;
	}
	renew_transient();
	return offered();
}

/** Answer `GET /check-update`. */
function answer_check(): WP_REST_Response {
	$offered = check_now( false );
	if ( is_wp_error( $offered ) ) {
		return Rest\refusal( 502, $offered->get_error_code(), $offered->get_error_message() );
	}
	return Rest\success(
		[
			'plugin_version'   => VERSION,
			'channel'          => channel(),
			'update_available' => $offered['update_available'],
			'version'          => $offered['version'],
			'reason'           => $offered['reason'],
			'failed_version'   => failure()['version'],
			'guard'            => guard_state()['state'],
		]
	);
}
