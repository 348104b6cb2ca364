<?php
/**
 * What the site can do: which plugins matter to content, its languages, its limits.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Structure;

use IGNY8\Bridge\Media;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Seo;

/** By what a page builder is recognised: a constant or a class. */
const BUILDERS = [
	'elementor'      => 'ELEMENTOR_VERSION',
	'divi'           => 'ET_BUILDER_VERSION',
	'beaver_builder' => 'FL_BUILDER_VERSION',
	'wpbakery'       => 'WPB_VC_VERSION',
	'bricks'         => 'BRICKS_VERSION',
	'oxygen'         => 'CT_VERSION',
	'brizy'          => 'BRIZY_VERSION',
	'siteorigin'     => 'SITEORIGIN_PANELS_VERSION',
];

const LANGUAGE_PLUGINS = [
	'wpml'           => 'ICL_SITEPRESS_VERSION',
	'polylang'       => 'POLYLANG_VERSION',
	'translatepress' => 'TRP_PLUGIN_VERSION',
	'weglot'         => 'WEGLOT_VERSION',
];

/** Describe what the site can do. */
function capabilities(): array {
	return [
		'seo_plugin'       => Seo\active_plugins()[0] ?? 'none',
		'builder'          => first_defined( BUILDERS ),
		'block_editor'     => has_block_editor(),
		'acf'              => function_exists( 'update_field' ),
		'languages'        => languages(),
		'language_plugin'  => first_defined( LANGUAGE_PLUGINS ),
		'multisite'        => is_multisite(),
		'timezone'         => wp_timezone_string(),
		'permalinks'       => (string) get_option( 'permalink_structure' ),
		'max_upload_bytes' => Media\max_bytes(),
		'memory_limit'     => (string) ini_get( 'memory_limit' ),
		'cron'             => [
			'disabled'    => defined( 'DISABLE_WP_CRON' ) && DISABLE_WP_CRON,
			'last_run_at' => last_cron_run() ? Rest\rfc3339( 1000 * last_cron_run() ) : null,
		],
	];
}

/** Find the first whose constant is defined, '' if there is none. */
function first_defined( array $constants ): string {
	return (string) key( array_filter( $constants, 'defined' ) );
}

/** Tell whether posts are edited as blocks. */
function has_block_editor(): bool {
	if ( ! function_exists( 'use_block_editor_for_post_type' ) ) {
		require_once ABSPATH . 'wp-admin/includes/post.php';
	}
	return use_block_editor_for_post_type( 'post' ) && 'classic' !== ( class_exists( 'Classic_Editor', false ) ? get_option( 'classic-editor-replace', 'classic' ) : '' );
}

/** List the languages of the site's posts, the first being the usual one. */
function languages(): array {
	$usual = strtolower( substr( get_locale(), 0, 2 ) );
	$more  = [];
	if ( function_exists( 'pll_languages_list' ) ) {
		$more = (array) pll_languages_list();
	} elseif ( defined( 'ICL_SITEPRESS_VERSION' ) ) {
		$more = array_keys( (array) apply_filters( 'wpml_active_languages', [], [ 'skip_missing' => 0 ] ) ); // phpcs:ignore WordPress.NamingConventions -- another plugin's.
	}
	return array_slice( array_values( array_unique( array_merge( [ $usual ], array_filter( $more, 'is_string' ) ) ) ), 0, 100 );
}

/** Tell when our own schedule ran last, 0 if it has none: WordPress moves it on when it runs. */
function last_cron_run(): int {
	$next = (int) wp_next_scheduled( Outbound\CRON_HOOK );
	return $next ? $next - MINUTE_IN_SECONDS : 0;
}
